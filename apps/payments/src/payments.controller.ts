/** Charges, for a user, and has the bank move the money, as itself. One caller, one scope. */
import type { ServiceClient } from '@countersign/client';
import { Allow, CurrentCaller, Public, type Caller } from '@countersign/nestjs';
import { Body, Controller, Get, HttpException, Inject, Post } from '@nestjs/common';

export const bankToken: unique symbol = Symbol('bank');

@Controller()
export class PaymentsController {
  readonly #bank: ServiceClient;

  constructor(@Inject(bankToken) bank: ServiceClient) {
    this.#bank = bank;
  }

  @Get('healthz')
  @Public('liveness probe')
  health(): object {
    return { ok: true };
  }

  @Post('payments')
  @Allow({ caller: 'spiffe://demo.internal/orders', scope: 'payments:charge', subject: 'required', actor: 'required' })
  async charge(@Body() body: { readonly amount: number }, @CurrentCaller() caller: Caller): Promise<object> {
    const headers = { 'content-type': 'application/json' };
    const transfer = JSON.stringify({ amount: body.amount });
    const booked = await this.#bank.fetch('/transfers', { method: 'POST', headers, body: transfer });
    if (!booked.ok) throw new HttpException('The bank refused.', 502);
    return { charged: body.amount, by: caller.id, for: caller.subject?.id };
  }
}
