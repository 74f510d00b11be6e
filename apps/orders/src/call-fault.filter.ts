/**
 * The filter for calls that got no answer: our caller is told what that means for it. A 401 names its scheme (RFC 9110
 * §15.5.2). The message of the error stays here: it names issuers and certificates.
 */
import { answerStatusOf, ServiceCallError } from '@countersign/nestjs/client';
import { Catch, HttpException, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

@Catch(ServiceCallError)
export class CallFaultFilter extends BaseExceptionFilter {
  override catch(error: ServiceCallError, host: ArgumentsHost): void {
    const status = answerStatusOf(error);
    if (status === 401) {
      const response = host.switchToHttp().getResponse<object>();
      this.httpAdapterHost?.httpAdapter.setHeader(response, 'www-authenticate', 'Bearer error="invalid_token"');
    }
    // oxlint-disable-next-line promise/valid-params -- the method of a filter, not that of a promise
    super.catch(new HttpException('There was no answer.', status), host);
  }
}
