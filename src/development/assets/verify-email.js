import {
  ask,
  conclude,
  concludeWithError,
  concludeWithoutToken,
  offerOtherLogin,
  operation,
  token,
  withUser,
} from './account.js';

async function verify(user) {
  const { error } = await ask(operation, { token });
  if (!error) {
    conclude('success', 'Your address is confirmed', `It belongs to the account ${user.username} now.`);
    return;
  }
  concludeWithError(error);
  if (error.extensions.code === 'INVALID_TOKEN') offerOtherLogin(user, verify);
}

if (token) withUser(verify);
else concludeWithoutToken();
