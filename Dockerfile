# One image for the server, the worker and the migrations; the command says which.
#   docker build -t rowgate .
#   docker run --env-file .env rowgate src/main.ts --server-only
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json .gmrc current.sql ./
COPY migrations ./migrations
COPY src ./src
COPY worker ./worker
USER node
EXPOSE 5678
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT ?? 5678) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "./src/preflight.mjs"]
CMD ["src/main.ts", "--server-only"]
