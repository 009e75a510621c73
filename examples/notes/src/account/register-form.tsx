import { useMutation } from 'urql';
import { graphql } from '../gql/index.ts';
import { Field } from '../ui/field.tsx';
import { Trouble } from '../ui/trouble.tsx';
import { useForm, withoutField } from './use-form.ts';

const REGISTER = graphql(`
  mutation Register($username: String!, $email: String!, $password: String!) {
    register(input: { username: $username, email: $email, password: $password }) { result { rowId } }
  }
`);

export function RegisterForm({ onEntered }: { onEntered: () => void }) {
  const [, register] = useMutation(REGISTER);
  const { problem, isBusy, onSubmit } = useForm(async ({ username = '', email = '', password = '' }) => {
    const { error } = await register({ username, email, password });
    if (!error) onEntered();
    return error;
  });
  const trouble = withoutField(problem, ['username', 'email', 'password']);
  return (
    <form onSubmit={onSubmit}>
      <Field
        label="User name"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        hint="2 to 32 letters, digits, _ or -, beginning with a letter."
        problem={problem}
      />
      <Field label="E-mail" name="email" type="email" autoComplete="email" required problem={problem} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        hint="At least 8 characters; a sentence is best."
        problem={problem}
      />
      {trouble && <Trouble problem={trouble} />}
      <button type="submit" disabled={isBusy}>
        Create the account
      </button>
    </form>
  );
}
