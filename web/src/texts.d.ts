// SPDX-License-Identifier: Apache-2.0
declare module '*.json?link' {
  const texts: import('$lib/i18n').Texts;
  export default texts;
}
