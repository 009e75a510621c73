import {
  ask,
  conclude,
  concludeWithError,
  concludeWithoutToken,
  offer,
  offerLogin,
  operation,
  token,
  withUser,
} from './account.js';

function confirm({ username }) {
  document.getElementById('account').textContent = username;
  offer('delete', async () => {
    const { error } = await ask(operation, { token });
    if (!error) {
      conclude('success', 'Your account is deleted', `${username} and everything in it is gone.`);
      return undefined;
    }
    const { code } = error.extensions;
    if (code !== 'INVALID_TOKEN' && code !== 'LAST_ADMINISTRATOR') return error;
    concludeWithError(error);
    if (code === 'INVALID_TOKEN') offerLogin(confirm);
    return undefined;
  });
}

if (token) withUser(confirm);
else concludeWithoutToken();
