// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that a forced theme never flashes the other one.
(function () {
  try {
    var theme = localStorage.getItem('satchel-theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is blocked: the system's theme stands.
  }
})();
