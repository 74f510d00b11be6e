/** Charges, for a user, and has the bank move the money, as itself. One caller, one scope. */
import { Allow, CurrentCaller, Public, type Caller } from '@countersign/nestjs';
import { InjectServiceClient, type ServiceClient } from '@countersign/nestjs/client';
import { Body, Controller, Get, HttpException, Post } from '@nestjs/common';

@Controller()
export class PaymentsController {
  @InjectServiceClient('bank') private readonly bank!: ServiceClient;

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
    const booked = await this.bank.fetch('/transfers', { method: 'POST', headers, body: transfer });
    if (!booked.ok) throw new HttpException('The bank refused.', 502);
    return { charged: body.amount, by: caller.id, for: caller.subject?.id };
  }
}
