import { context, type FieldArgs, type Step, sideEffect } from 'postgraphile/grafast';
import { wrapPlans } from 'postgraphile/utils';
import { CodedError } from '../error-codes.ts';
import { wrongCredentials } from '../wrong-credentials.ts';

type Payload = Step & { get(name: 'result'): Step };
type SessionRow = Step & { get(attribute: 'id'): Step<string | null> };

/**
 * What SQL cannot do about a session: hand out its cookie and take it back. Also turns the null by which
 * password functions say "wrong" (the counted failure had to be committed) into INVALID_CREDENTIALS.
 */
export const SessionMutationsPlugin = wrapPlans({
  Mutation: {
    register: startsSession,
    login: startsSession,
    logout: endsSession,
    confirmAccountDeletion: endsSession,
    reauthenticate: asksForPassword,
    changePassword: asksForPassword,
    requestAccountDeletion: asksForPassword,
  },
});

function startsSession(plan: () => unknown, _: Step, args: FieldArgs): Payload {
  // First: the session would have started already when its cookie cannot be given to the client.
  sideEffect(context(), ({ requireCookies }) => requireCookies());
  const $payload = plan() as Payload;
  const $session = $payload.get('result') as SessionRow;
  const $username = args.getRaw(['input', 'username']);
  sideEffect([context(), $session.get('id'), $username], async ([requestContext, sessionId, username]) => {
    if (sessionId === null) throw wrongCredentials(username);
    await requestContext.startSession(sessionId);
  });
  return $payload;
}

function endsSession(plan: () => unknown): Payload {
  const $payload = plan() as Payload;
  sideEffect([context(), $payload.get('result')], async ([requestContext]) => {
    await requestContext.endSession();
  });
  return $payload;
}

function asksForPassword(plan: () => unknown): Payload {
  const $payload = plan() as Payload;
  sideEffect($payload.get('result'), (isRight) => {
    if (isRight === null) throw new CodedError('INVALID_CREDENTIALS');
  });
  return $payload;
}
