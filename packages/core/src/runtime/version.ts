/** The version of this copy of core. A check keeps it equal to package.json. */
export const coreVersion = '0.1.0';
