// SPDX-License-Identifier: Apache-2.0
// A problem as a sentence with a way on: ours where we have one, else the server's own.
import { bytes, duration } from './format';
import { hasText, t } from './i18n';
import type { Problem } from './problem';

export function describeProblem(problem: Problem): string {
  if (problem.type === 'quota_exceeded' && problem.body.missing) {
    return t('problems.quota', { size: bytes(problem.body.missing) });
  }
  if (problem.status === 429) {
    const wait = problem.body.retry_after;
    return wait ? t('problems.wait', { time: duration(wait) }) : t('problems.too_many_requests');
  }
  const key = `problems.${problem.type}`;
  if (hasText(key)) return t(key);
  if (problem.body.detail) return problem.body.detail;
  return problem.status >= 500 ? t('problems.server') : t('problems.unexpected');
}
