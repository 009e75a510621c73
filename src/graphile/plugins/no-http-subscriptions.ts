import { GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';

/** Refuses a subscription that comes as a POST: one request has one answer. */
export const NoHttpSubscriptionsPlugin: GraphileConfig.Plugin = {
  name: 'NoHttpSubscriptionsPlugin',
  version: '1.0.0',
  grafast: {
    middleware: {
      // Subscriptions over a websocket do not pass here, but through `subscribe`.
      execute(next, { args: { document, operationName } }) {
        if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
          return next();
        const message = 'Subscriptions are not answered over HTTP.';
        return { errors: [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })] };
      },
    },
  },
};
