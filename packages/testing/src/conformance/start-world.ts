/** Starts the world of a target. */
import type { ConformanceDriver } from './driver.ts';
import type { ConformanceWorld } from './world.ts';

/** A world that runs. */
export interface RunningWorld {
  readonly world: ConformanceWorld;
  close(): Promise<void>;
}

/** Starts it. */
export async function startWorld(driver: ConformanceDriver): Promise<RunningWorld> {
  throw new Error(`${driver.name}: not there yet`);
}
