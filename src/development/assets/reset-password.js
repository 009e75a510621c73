import {
  ask,
  conclude,
  concludeWithError,
  concludeWithoutToken,
  offer,
  operation,
  token,
} from './account.js';

async function reset({ newPassword }) {
  const { error } = await ask(operation, { token, newPassword });
  if (error?.extensions.code === 'INVALID_TOKEN') concludeWithError(error);
  else if (error) return error;
  else
    conclude(
      'success',
      'Your password is set',
      'Every session of the account has ended. Log in with the new password.',
    );
  return undefined;
}

if (token) offer('reset', reset);
else concludeWithoutToken();
