/** Takes orders: reserves the goods at inventory, charges at payments, each with its own narrow credential. */
import { Body, Controller, Get, HttpException, Inject, Post } from '@nestjs/common';
import { Allow, CurrentCaller, Public, type Caller } from '@countersign/nestjs';
import type { ServiceClient } from '@countersign/client';

/** The clients this service calls with, by the name of the neighbour. */
export interface Neighbours {
  readonly inventory: ServiceClient;
  readonly payments: ServiceClient;
}

export const neighboursToken: unique symbol = Symbol('neighbours');

/** An order as the gateway sends it. */
export interface Order {
  readonly sku: string;
  readonly quantity: number;
}

function postJson(client: ServiceClient, path: string, body: object): ReturnType<ServiceClient['fetch']> {
  return client.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
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
  @Allow({ caller: 'spiffe://demo.internal/gateway', scope: 'orders:write' })
  async place(@Body() order: Order, @CurrentCaller() caller: Caller): Promise<object> {
    const { sku, quantity } = order;
    const reserved = await postJson(this.#neighbours.inventory, `/stock/${encodeURIComponent(sku)}/reservations`, {
      quantity,
    });
    if (!reserved.ok) throw new HttpException('The goods could not be reserved.', reserved.status);
    const charged = await postJson(this.#neighbours.payments, '/payments', { amount: quantity * 100 });
    if (!charged.ok) throw new HttpException('The payment was refused.', charged.status);
    return { order: 'accepted', via: caller.id, reservation: await reserved.json(), payment: await charged.json() };
  }
}
