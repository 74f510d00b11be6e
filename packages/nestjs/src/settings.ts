/** The token under which the guard gets the checked options of the module. */
export const settingsToken: unique symbol = Symbol('countersign.settings');
