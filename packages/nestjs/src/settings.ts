/**
 * The token under which the guard gets the checked options of the module. Nest shows this text, and no other of ours,
 * when `@Allow` is used in an application without the module: so it says what to write.
 */
export const settingsToken: unique symbol = Symbol('import ServiceAuthModule.forRoot({ auth }) in the root module');
