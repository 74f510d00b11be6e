/**
 * Takes orders. It reserves the goods at inventory as itself, since stock is no business of the user's; it charges at
 * payments for the user, with a token exchanged for the one it was called with; and it tells the others by a message.
 */
import { Allow, CurrentCaller, Public, type Caller } from '@countersign/nestjs';
import { InjectServiceClient, type ServiceClient } from '@countersign/nestjs/client';
import { statusAfter } from '@countersign/trust-world-app/workload';
import { Body, Controller, Get, HttpException, Inject, Post } from '@nestjs/common';
import type { Announce } from './announcements.ts';

export const announceToken: unique symbol = Symbol('announce');

/** An order as the gateway sends it. */
export interface Order {
  readonly sku: string;
  readonly quantity: number;
}

/** Posts JSON; for the subject of a caller when there is one. */
function postJson(
  client: ServiceClient,
  path: string,
  { body, ...whom }: { readonly body: object; readonly onBehalfOf?: Caller },
): ReturnType<ServiceClient['fetch']> {
  const headers = { 'content-type': 'application/json' };
  return client.fetch(path, { method: 'POST', headers, body: JSON.stringify(body), ...whom });
}

@Controller()
export class OrdersController {
  @InjectServiceClient('inventory') private readonly inventory!: ServiceClient;
  @InjectServiceClient('payments') private readonly payments!: ServiceClient;
  @Inject(announceToken) private readonly announce!: Announce;

  @Get('healthz')
  @Public('liveness probe')
  health(): object {
    return { ok: true };
  }

  @Post('orders')
  @Allow({ caller: 'spiffe://demo.internal/gateway', scope: 'orders:write', subject: 'required', actor: 'required' })
  async place(@Body() order: Order, @CurrentCaller() caller: Caller): Promise<object> {
    const { sku, quantity } = order;
    const reservations = `/stock/${encodeURIComponent(sku)}/reservations`;
    const reserved = await postJson(this.inventory, reservations, { body: { quantity } });
    if (!reserved.ok) throw new HttpException('The goods could not be reserved.', statusAfter(reserved));
    const charge = { amount: quantity * 100 };
    const charged = await postJson(this.payments, '/payments', { body: charge, onBehalfOf: caller });
    if (!charged.ok) throw new HttpException('The payment was refused.', statusAfter(charged));
    this.announce({ sku, quantity }, caller);
    return { order: 'accepted', via: caller.id, reservation: await reserved.json(), payment: await charged.json() };
  }
}
