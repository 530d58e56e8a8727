import { ClientSecretPost, Configuration, fetchProtectedResource } from 'openid-client';
import { z } from 'zod';
import { OAuthProvider, PROVIDER_TIMEOUT_S, transportOf } from './oauth-provider.ts';
import { refused, unavailable } from './provider-failure.ts';

/** https://discord.com/developers/docs/resources/user#user-object */
const User = z.object({
  /** A snowflake. */
  id: z.string().regex(/^\d{1,32}$/),
  username: z.string(),
  global_name: z.string().nullish(),
});

/** Discord: OAuth 2.0 without ID tokens, so its API is asked who it is. https://discord.com/developers/docs/topics/oauth2 */
export function discordProvider(options: {
  readonly id: string;
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}): OAuthProvider {
  const { id, clientId, clientSecret } = options;
  const server = new URL(options.url);
  const at = (path: string) => new URL(path, server).href;
  return new OAuthProvider({
    id,
    scope: 'identify',
    isOpenId: false,
    configure: async () => {
      const configuration = new Configuration(
        {
          issuer: server.href,
          authorization_endpoint: at('/oauth2/authorize'),
          token_endpoint: at('/api/oauth2/token'),
        },
        clientId,
        {},
        ClientSecretPost(clientSecret),
      );
      configuration.timeout = PROVIDER_TIMEOUT_S;
      for (const apply of transportOf(server)) apply(configuration);
      return configuration;
    },
    identityOf: async ({ access_token: accessToken }, configuration) => {
      const me = new URL(at('/api/v10/users/@me'));
      const reply = await fetchProtectedResource(configuration, accessToken, me, 'GET');
      if (reply.status >= 500 || reply.status === 429) throw unavailable(id, 'user_api');
      const user = User.safeParse(reply.ok ? await reply.json() : null);
      if (!user.success) throw refused(id, 'no_user');
      const { id: subject, global_name: globalName, username } = user.data;
      return { subject, suggestedName: globalName ?? username };
    },
  });
}
