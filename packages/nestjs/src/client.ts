/** The outbound client, beside the adapter: install @countersign/client to use it. */
export * from '@countersign/client';
