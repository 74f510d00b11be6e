/** An X.509 source on a real socket, in a world in which time passes when the test says so. */
import { hour, startOfTest, type Issued } from '../../../core/src/certificate/certificate.test-kit.ts';
import { fakeRuntime, until, type FakeRuntime } from '../fake-runtime.test-kit.ts';
import {
  domain,
  joined,
  startFakeWorkloadApi,
  svidEntry,
  type Domain,
  type FakeWorkloadApi,
  type SentSvid,
} from '../workload-api.test-kit.ts';
import { parseEndpoint } from '../workload-endpoint.ts';
import { FollowedX509Source } from './followed-x509-source.ts';
import type { PickIdentity } from './pick-identity.ts';

export const prod: Domain = domain('prod.test');
export const partner: Domain = domain('partner.test');
export const orders: Issued = prod.issue('/orders');
export const renewed: Issued = prod.issue('/orders', { name: 'renewed', notAfter: startOfTest + 2 * hour });
export const edge: Issued = prod.issue('/edge');

/** An entry of our own domain. */
export const sent = (leaf: Issued, changes?: SentSvid): Buffer => svidEntry(prod.authority, leaf, changes);

/** The world of one test. */
export class X509World {
  readonly runtime: FakeRuntime = fakeRuntime(startOfTest);
  readonly #opened: FollowedX509Source[] = [];
  api: FakeWorkloadApi;

  private constructor(api: FakeWorkloadApi) {
    this.api = api;
  }

  static async start(): Promise<X509World> {
    return new X509World(await startFakeWorkloadApi());
  }

  /** Opens a source; it is closed with the world. */
  open(pick?: PickIdentity, endpoint = this.api.endpoint): FollowedX509Source {
    const parsed = parseEndpoint(endpoint);
    if (!parsed.ok) throw new Error(parsed.problem);
    const { runtime } = this;
    const source = new FollowedX509Source({ endpoint: parsed.value, pick, readyTimeoutSeconds: 30, runtime });
    this.#opened.push(source);
    return source;
  }

  serve(...parts: readonly Buffer[]): void {
    this.api.set('FetchX509SVID', joined(...parts));
  }

  /** Opens a source that has this state. */
  async opened(...parts: readonly Buffer[]): Promise<FollowedX509Source> {
    this.serve(...parts);
    const source = this.open();
    await source.ready();
    return source;
  }

  /** Waits for a notice. */
  told(code: string, times = 1): Promise<void> {
    return until(() => this.runtime.notices.filter((one) => one.code === code).length >= times);
  }

  async close(): Promise<void> {
    for (const source of this.#opened) await source.close();
    await this.api.close();
  }
}
