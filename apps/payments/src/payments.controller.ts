/** Charges. One caller, one scope. */
import { Allow, CurrentCaller, Public, type Caller } from '@countersign/nestjs';
import { Body, Controller, Get, Post } from '@nestjs/common';

@Controller()
export class PaymentsController {
  @Get('healthz')
  @Public('liveness probe')
  health(): object {
    return { ok: true };
  }

  @Post('payments')
  @Allow({ caller: 'spiffe://demo.internal/orders', scope: 'payments:charge' })
  charge(@Body() body: { readonly amount: number }, @CurrentCaller() caller: Caller): object {
    return { charged: body.amount, by: caller.id };
  }
}
