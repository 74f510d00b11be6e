/** The only door of @countersign/core. Every public name is listed in exports/, grouped by folder, in the order of the layers. */
export * from './exports/foundation.ts';
export * from './exports/verification.ts';
export * from './exports/decision.ts';
export * from './exports/service.ts';
