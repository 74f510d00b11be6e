/** The catalogue of tokens that must be refused, forged fresh for a world. */
import type { TrustSetup } from '../trust-setup.ts';
import type { RefusedToken } from '../world.ts';
import { badActors, badClaims } from './bad-claims.ts';
import { badShapes, notTokens } from './bad-shapes.ts';
import { badTimes } from './bad-times.ts';
import { foreignKeys } from './foreign-keys.ts';
import { wrongAlgorithms } from './wrong-algorithms.ts';
import { wrongAudiences } from './wrong-audiences.ts';
import { wrongIssuers } from './wrong-issuers.ts';
import { wrongSignatures } from './wrong-signatures.ts';
import { wrongTypes } from './wrong-types.ts';
import { createTokenForge, refusedTokensOf } from './token-forge.ts';

/** Forges all of them. */
export async function forgeTokens(trust: TrustSetup): Promise<readonly RefusedToken[]> {
  const forge = createTokenForge(trust);
  const lists = [
    wrongAlgorithms,
    foreignKeys,
    wrongSignatures,
    wrongAudiences,
    wrongIssuers,
    wrongTypes,
    badTimes,
    badShapes,
    badClaims,
  ];
  return [
    ...lists.flatMap((list) => refusedTokensOf(list(forge))),
    ...refusedTokensOf(notTokens(forge), 400),
    ...refusedTokensOf(badActors(forge), 403),
  ];
}
