// Traces had a page of their own, `traces.html#<trace id>`: links to it, in notes and chats, lead to the console's.

location.replace(`./#/traces/${location.hash.slice(1)}`);
