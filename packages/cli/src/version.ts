/** The version of this program. A test keeps it equal to package.json. */
export const cliVersion = '0.1.0';
