/**
 * The metadata of a service as an OAuth protected resource (RFC 9728): the document, and where it is served. It says
 * what the options of the service say, so that the two cannot differ. Anybody may read it: nothing in it is secret.
 */
import type { CredentialKind } from '../credential/credential.ts';
import { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
import { isScopeToken } from '../identity/scope-set.ts';
import { algorithmNames, isAlgorithm, type Algorithm } from '../signature/algorithms.ts';
import { urlProblem } from '../token/issuer-url.ts';
import type { ServiceAuth } from './service-auth.ts';

/** What the operator says of the resource: the option `resource` of `createServiceAuth`, besides its identifier alone. */
export interface ResourceDescription {
  /** The resource identifier (RFC 9728 §1.2): an https URL without fragment, exactly as clients know it. */
  readonly identifier: string;
  /** Scopes to request for this resource. */
  readonly scopes?: readonly string[];
  /** Name for people. */
  readonly name?: string;
  /** https URL of a page for developers. */
  readonly documentation?: string;
  /** Algorithms with which this resource signs its answers, if it does. */
  readonly signingAlgorithms?: readonly Algorithm[];
}

/** Options of `protectedResourceMetadata`, where there is no service to ask. */
export interface ResourceMetadataOptions extends ResourceDescription {
  /** Issuers of the tokens that are accepted. */
  readonly authorizationServers?: readonly string[];
  /** Algorithms of DPoP proofs. */
  readonly proofAlgorithms?: readonly string[];
  /** Whether every token must come with a DPoP proof. Default: false. */
  readonly proofRequired?: boolean;
  /** Whether tokens bound to a client certificate are accepted. Default: false. */
  readonly certificateBoundTokens?: boolean;
}

/** The document (RFC 9728 §2). Lists that would be empty are absent. */
export interface ResourceMetadataDocument {
  readonly resource: string;
  readonly authorization_servers?: readonly string[];
  readonly scopes_supported?: readonly string[];
  /** Tokens are read from the header and from nowhere else. */
  readonly bearer_methods_supported?: readonly ['header'];
  readonly resource_signing_alg_values_supported?: readonly string[];
  readonly resource_name?: string;
  readonly resource_documentation?: string;
  readonly tls_client_certificate_bound_access_tokens?: true;
  readonly dpop_signing_alg_values_supported?: readonly string[];
  readonly dpop_bound_access_tokens_required?: true;
}

/** The document, and where clients look for it. */
export interface ProtectedResourceMetadata {
  /** The parameter `resource_metadata` of challenges. */
  readonly url: string;
  /** The path of the URL, without a query. */
  readonly path: string;
  readonly document: ResourceMetadataDocument;
}

const wellKnown = '/.well-known/oauth-protected-resource';
const described = ['identifier', 'scopes', 'name', 'documentation', 'signingAlgorithms'];
const optional = ['authorizationServers', 'proofAlgorithms', 'proofRequired', 'certificateBoundTokens'];

/** What is wrong with an identifier, if anything. Clients compare it by its text, so there is one way to write it. */
function identifierProblem(text: unknown): string | undefined {
  const problem = urlProblem(text, false);
  if (problem !== undefined) return problem;
  const { href } = new URL(text as string);
  return href === text || href === `${text as string}/` ? undefined : `is not written in its normal form, ${href}`;
}

/** Notes the faults of a description. `prefix` is the option path, with its dot. */
export function checkResource(faults: FaultCollector, given: unknown, prefix: string): ResourceDescription {
  const options = (typeof given === 'string' ? { identifier: given } : { ...(given as object) }) as ResourceDescription;
  faults.onlyKnown(options, prefix === '' ? [...described, ...optional] : described, prefix);
  const { identifier, scopes = [], name, documentation, signingAlgorithms = [] } = options;
  const problem = identifierProblem(identifier);
  if (problem !== undefined) {
    const fix = 'write the https URL of this service, as clients know it, e.g. "https://inventory.example"';
    faults.add('CONFIG_INVALID', `${prefix}identifier`, problem, fix);
  }
  if (!Array.isArray(scopes) || !scopes.every((one) => typeof one === 'string' && isScopeToken(one))) {
    faults.add('CONFIG_INVALID', `${prefix}scopes`, 'is not a list of scopes', 'write one scope per element');
  }
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    faults.add('CONFIG_INVALID', `${prefix}name`, 'is not a text', 'write a name for people');
  }
  const pageProblem = documentation === undefined ? undefined : urlProblem(documentation, false);
  if (pageProblem !== undefined) {
    faults.add('CONFIG_INVALID', `${prefix}documentation`, pageProblem, 'write the https URL of a page');
  }
  if (!Array.isArray(signingAlgorithms) || !signingAlgorithms.every(isAlgorithm)) {
    const fix = `name some of ${algorithmNames.join(', ')}`;
    faults.add('CONFIG_INVALID', `${prefix}signingAlgorithms`, 'names an algorithm that is not known', fix);
  }
  return options;
}

/** A list, unless it is empty (RFC 9728 §2). Each value once. */
function list<Name extends string>(name: Name, values: readonly string[] = []): { [Key in Name]?: readonly string[] } {
  const once = Object.freeze([...new Set(values)]);
  return once.length === 0 ? {} : ({ [name]: once } as { [Key in Name]?: readonly string[] });
}

function metadataOf(options: ResourceMetadataOptions, readsBearer: boolean): ProtectedResourceMetadata {
  const { identifier, name, documentation } = options;
  const { origin, pathname, search } = new URL(identifier);
  // §3.1: the well-known part goes between host and path; a slash that ends the host goes away.
  const path = `${wellKnown}${pathname === '/' ? '' : pathname}`;
  const document: ResourceMetadataDocument = {
    resource: identifier,
    ...list('authorization_servers', options.authorizationServers),
    ...list('scopes_supported', options.scopes),
    ...(readsBearer && { bearer_methods_supported: Object.freeze(['header'] as const) }),
    ...list('resource_signing_alg_values_supported', options.signingAlgorithms),
    ...(name !== undefined && { resource_name: name }),
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(options.certificateBoundTokens === true && { tls_client_certificate_bound_access_tokens: true }),
    ...list('dpop_signing_alg_values_supported', options.proofAlgorithms),
    ...(options.proofRequired === true && { dpop_bound_access_tokens_required: true }),
  };
  return Object.freeze({ url: `${origin}${path}${search}`, path, document: Object.freeze(document) });
}

/** What a service verifies, as far as its metadata tells. */
export interface ResourceAbilities {
  readonly kinds: ReadonlySet<CredentialKind>;
  readonly authorizationServers: readonly string[];
  readonly proofAlgorithms: readonly string[];
}

/** The metadata of a service with this description. */
export function describeResource(
  resource: ResourceDescription,
  abilities: ResourceAbilities,
): ProtectedResourceMetadata {
  const { kinds, authorizationServers, proofAlgorithms } = abilities;
  const [bearer, proven] = [kinds.has('bearer-token'), kinds.has('dpop-token')];
  const certificateBoundTokens = kinds.has('client-certificate') && (bearer || proven);
  const proofRequired = proven && !bearer;
  const derived = { authorizationServers, proofAlgorithms, certificateBoundTokens, proofRequired };
  return metadataOf({ ...resource, ...derived }, bearer);
}

function isService(source: ServiceAuth | ResourceMetadataOptions): source is ServiceAuth {
  return typeof (source as Partial<ServiceAuth> | null | undefined)?.check === 'function';
}

/**
 * The metadata of a service that has the option `resource`, or of a resource described here.
 * @throws {ConfigurationError} with every fault of the options, or when the service has no `resource`.
 */
export function protectedResourceMetadata(source: ServiceAuth | ResourceMetadataOptions): ProtectedResourceMetadata {
  if (!isService(source)) {
    const faults = new FaultCollector('protectedResourceMetadata');
    const options = checkResource(faults, source, '') as ResourceMetadataOptions;
    faults.throwIfAny();
    return metadataOf(options, options.proofRequired !== true);
  }
  if (source.resourceMetadata !== undefined) return source.resourceMetadata;
  const fix = 'pass createServiceAuth({ resource: "https://inventory.example", … })';
  const problem = 'is not set, so the service has no metadata';
  throw new ConfigurationError('createServiceAuth', [{ code: 'CONFIG_MISSING', option: 'resource', problem, fix }]);
}
