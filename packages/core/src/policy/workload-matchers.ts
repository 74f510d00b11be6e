/** The workloads that a requirement names, by id or pattern, checked once. */
import type { FaultCollector } from '../errors/configuration-error.ts';
import { parseWorkloadPattern, type WorkloadMatcher } from '../identity/workload-pattern.ts';

/** Reads the patterns of an option; what is none is a fault. */
export function workloadMatchers(
  faults: FaultCollector,
  option: string,
  patterns: readonly string[],
): readonly WorkloadMatcher[] {
  const matchers: WorkloadMatcher[] = [];
  if (!Array.isArray(patterns) || patterns.length === 0) {
    faults.add('CONFIG_INVALID', option, 'is empty', 'name at least one workload');
    return matchers;
  }
  for (const pattern of patterns) {
    const parsed = parseWorkloadPattern(pattern);
    if (parsed.ok) matchers.push(parsed.matches);
    else
      faults.add(
        'CONFIG_INVALID',
        option,
        parsed.problem,
        'write an id like spiffe://prod.example/orders, or a final /**',
      );
  }
  return matchers;
}
