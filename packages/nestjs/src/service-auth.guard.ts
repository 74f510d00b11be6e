/**
 * The guard: reads what the handler declares, lets core judge the call, and throws one exception when it is refused. It
 * never answers false, because Nest would make a 403 without challenge of that.
 */
import * as core from '@countersign/core';
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
  @Inject(settingsToken) private readonly settings!: core.AdapterSettings;

  canActivate(execution: ExecutionContext): core.MaybePromise<true> {
    const requirement = core.requirementOf(accessOf(execution.getClass(), execution.getHandler()));
    if (requirement === undefined || judged.has(execution)) return true;
    const { auth, corsPreflight } = this.settings;
    const [type, carrier] = [execution.getType<string>(), carrierOf(execution)];
    if (type === 'http' && corsPreflight && core.isPreflight(carrier as core.NodeRequest)) {
      answer(execution.getArgByIndex(1));
      throw new HttpException('The preflight is answered.', 204);
    }
    const refuse = async (denied: core.Denied): Promise<never> => {
      if (type === 'http') answer(execution.getArgByIndex(1), denied);
      if (type === 'ws') core.closeExpired(auth, carrier, execution.getArgByIndex(0));
      // Nest leaves such a call to its handler, and what is thrown instead would end the process.
      if (core.endGrpcCall(execution.getArgs<unknown[]>(), denied)) await new Promise<never>(() => {});
      throw await exceptionFor(type, denied);
    };
    return core.whenKnown(core.judgeCall(auth, { carrier, requirement, facts: factsOf(execution) }), (verdict) => {
      if (verdict.outcome === 'denied') return refuse(verdict);
      judged.add(execution);
      return true;
    });
  }
}
