/**
 * The guard: reads what the handler declares, lets core judge the call, and throws one exception when it is refused. It
 * never answers false, because Nest would make a 403 without challenge of that.
 */
import { closeExpired, endGrpcCall, isPreflight, judgeCall, requirementOf } from '@countersign/core';
import type { AdapterSettings, Denied, MaybePromise, NodeRequest, Verdict } from '@countersign/core';
import { HttpException, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { carrierOf, factsOf } from './execution-facts.ts';
import { accessOf } from './handler-access.ts';
import { answer, exceptionFor } from './refusal.ts';
import { settingsToken } from './settings.ts';

/** Calls that were judged: the global guard and that of `@Allow` see the same execution context. */
const judged = new WeakSet<ExecutionContext>();

/** Stands globally, and once more on whatever declares `@Allow`. */
@Injectable()
export class ServiceAuthGuard implements CanActivate {
  @Inject(settingsToken) private readonly settings!: AdapterSettings;

  canActivate(execution: ExecutionContext): MaybePromise<true> {
    const requirement = requirementOf(accessOf(execution.getClass(), execution.getHandler()));
    if (requirement === undefined || judged.has(execution)) return true;
    const { auth, corsPreflight } = this.settings;
    const type = execution.getType<string>();
    const carrier = carrierOf(execution);
    if (type === 'http' && corsPreflight && isPreflight(carrier as NodeRequest)) {
      answer(execution.getArgByIndex(1));
      throw new HttpException('The preflight is answered.', 204);
    }
    const carryOut = (verdict: Verdict): MaybePromise<true> => {
      if (verdict.outcome === 'denied') return this.#refuse(execution, carrier, verdict);
      judged.add(execution);
      return true;
    };
    const verdict = judgeCall(auth, { carrier, requirement, facts: factsOf(execution) });
    return verdict instanceof Promise ? verdict.then(carryOut) : carryOut(verdict);
  }

  async #refuse(execution: ExecutionContext, carrier: object, denied: Denied): Promise<never> {
    const type = execution.getType<string>();
    if (type === 'http') answer(execution.getArgByIndex(1), denied);
    if (type === 'ws') closeExpired(this.settings.auth, carrier, execution.getArgByIndex(0));
    // Nest leaves such a call to its handler, and what is thrown instead would end the process.
    if (endGrpcCall(execution.getArgs<unknown[]>(), denied)) await new Promise<never>(() => {});
    throw await exceptionFor(type, denied);
  }
}
