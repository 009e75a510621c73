import {
  ask,
  conclude,
  concludeWithError,
  concludeWithoutToken,
  offerLogin,
  operation,
  token,
  withUser,
} from './account.js';

async function verify({ username }) {
  const { error } = await ask(operation, { token });
  if (!error) {
    conclude('success', 'Your address is confirmed', `It belongs to the account ${username} now.`);
    return;
  }
  concludeWithError(error);
  if (error.extensions.code === 'INVALID_TOKEN') offerLogin(verify);
}

if (token) withUser(verify);
else concludeWithoutToken();
