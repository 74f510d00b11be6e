/**
 * Takes orders. It reserves the goods at inventory as itself, since stock is no business of the user's; it charges at
 * payments for the user, with a token exchanged for the one it was called with; and it tells the others by a message.
 */
import { Body, Controller, Get, HttpException, Inject, Post } from '@nestjs/common';
import { Allow, CurrentCaller, Public, type Caller } from '@countersign/nestjs';
import { answerStatusOf, type ServiceClient } from '@countersign/client';
import type { Announce } from './announcements.ts';

/** Whom this service deals with, by name. */
export interface Neighbours {
  readonly inventory: ServiceClient;
  readonly payments: ServiceClient;
  readonly announce: Announce;
}

export const neighboursToken: unique symbol = Symbol('neighbours');

/** An order as the gateway sends it. */
export interface Order {
  readonly sku: string;
  readonly quantity: number;
}

/** Posts JSON; for the subject of a caller when there is one. No answer is told by what the reason means for our caller. */
async function postJson(
  client: ServiceClient,
  path: string,
  { body, ...whom }: { readonly body: object; readonly onBehalfOf?: Caller },
): ReturnType<ServiceClient['fetch']> {
  const headers = { 'content-type': 'application/json' };
  try {
    return await client.fetch(path, { method: 'POST', headers, body: JSON.stringify(body), ...whom });
  } catch (error) {
    throw new HttpException('There was no answer.', answerStatusOf(error));
  }
}

@Controller()
export class OrdersController {
  readonly #neighbours: Neighbours;

  constructor(@Inject(neighboursToken) neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  @Get('healthz')
  @Public('liveness probe')
  health(): object {
    return { ok: true };
  }

  @Post('orders')
  @Allow({ caller: 'spiffe://demo.internal/gateway', scope: 'orders:write', subject: 'required', actor: 'required' })
  async place(@Body() order: Order, @CurrentCaller() caller: Caller): Promise<object> {
    const { sku, quantity } = order;
    const { inventory, payments, announce } = this.#neighbours;
    const reservations = `/stock/${encodeURIComponent(sku)}/reservations`;
    const reserved = await postJson(inventory, reservations, { body: { quantity } });
    if (!reserved.ok) throw new HttpException('The goods could not be reserved.', reserved.status);
    const charged = await postJson(payments, '/payments', { body: { amount: quantity * 100 }, onBehalfOf: caller });
    if (!charged.ok) throw new HttpException('The payment was refused.', charged.status);
    announce({ sku, quantity }, caller);
    return { order: 'accepted', via: caller.id, reservation: await reserved.json(), payment: await charged.json() };
  }
}
