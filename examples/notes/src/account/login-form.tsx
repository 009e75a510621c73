import { useMutation } from 'urql';
import { graphql } from '../gql/index.ts';
import { Field } from '../ui/field.tsx';
import { Trouble } from '../ui/trouble.tsx';
import { useForm, withoutField } from './use-form.ts';

const LOG_IN = graphql(`
  mutation LogIn($username: String!, $password: String!) {
    login(input: { username: $username, password: $password }) { result { rowId } }
  }
`);

export function LoginForm({ onEntered }: { onEntered: () => void }) {
  const [, logIn] = useMutation(LOG_IN);
  const { problem, isBusy, onSubmit } = useForm(async ({ username = '', password = '' }) => {
    const { error } = await logIn({ username, password });
    if (!error) onEntered();
    return error;
  });
  const trouble = withoutField(problem, ['username', 'password']);
  return (
    <form onSubmit={onSubmit}>
      <Field
        label="User name or e-mail"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        problem={problem}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        problem={problem}
      />
      {trouble && <Trouble problem={trouble} />}
      <button type="submit" disabled={isBusy}>
        Log in
      </button>
    </form>
  );
}
