# One image for every role. Node 20: its uWebSockets.js binary runs on glibc 2.27 and newer.
FROM node:20.20.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production FENSHI_DATA=/data
COPY package.json package-lock.json .npmrc ./
# Never `npm ci`: a registry without every platform's packages makes it refuse a complete lockfile.
RUN npm install --no-save --include=dev --include=optional --ignore-scripts --no-audit --no-fund --loglevel=error
COPY . .
RUN node -e "import('./engine/cli/setup/cockpit.mjs').then(({ ensureCockpit }) => ensureCockpit('/app', console.log))"
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
ENTRYPOINT ["node", "engine/cli/launch.mjs", "engine/cli/main.ts"]
