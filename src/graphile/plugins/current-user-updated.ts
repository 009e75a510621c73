import { constant, context, listen, type Step } from 'postgraphile/grafast';
import { extendSchema, gql } from 'postgraphile/utils';

type Users = { execute(): Step };

/**
 * Adds the subscription `currentUserUpdated`. An event says only that something has changed: what it answers is read
 * then, in a transaction of its own, as the socket's session.
 */
export const CurrentUserUpdatedPlugin: GraphileConfig.Plugin = extendSchema((build) => {
  const currentUser = build.input.pgRegistry.pgResources.current_user as unknown as Users;
  return {
    typeDefs: gql`
      type CurrentUserUpdatedPayload {
        """The account as it is now."""
        currentUser: User
        query: Query
      }

      extend type Subscription {
        """
        One's own account: at once, and again after each change of it, of its e-mails, or of which sessions it has.
        Changes that follow each other closely may come as one; the newest state always comes. Errors: UNAUTHENTICATED.
        """
        currentUserUpdated: CurrentUserUpdatedPayload
      }
    `,
    objects: {
      Subscription: {
        plans: {
          currentUserUpdated: {
            subscribePlan: () => listen(context().get('accountChanges') as never, 'account'),
            plan: ($event: Step) => $event,
          },
        },
      },
      CurrentUserUpdatedPayload: {
        plans: {
          currentUser: () => currentUser.execute(),
          query: () => constant(true),
        },
      },
    },
  };
});
