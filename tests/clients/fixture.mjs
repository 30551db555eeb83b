// What the fixture of tests/conformance offers, whoever asks: the facts that each client's
// test holds against what it got.

// How a client starts it on its own stdin and stdout.
export const fixture = () => ({ command: process.env.TROUPE_FIXTURE, args: [], env: {} });

export const eras = { legacy: '2025-11-25', modern: '2026-07-28' };

// The kinds of content that these tools answer with.
export const contents = {
  test_simple_text: ['text'],
  test_image_content: ['image'],
  test_audio_content: ['audio'],
  test_embedded_resource: ['resource'],
  test_multiple_content_types: ['text', 'image', 'resource'],
};

// How many there are of each.
export const listed = { tools: 35, resources: 3, resourceTemplates: 1, prompts: 5 };

// What is read at these places.
export const resources = {
  'test://static-text': (c) => c.text.startsWith('This is the content of the static'),
  'test://static-binary': (c) => c.mimeType === 'image/png' && c.blob.length > 80,
  'test://template/42/data': (c) => JSON.parse(c.text).data === 'Data for ID: 42',
};

// The prompts that need nothing of a person: their arguments, and the kinds of content.
export const prompts = {
  test_simple_prompt: [{}, ['text']],
  test_prompt_with_arguments: [{ arg1: 'one', arg2: 'two' }, ['text']],
  test_prompt_with_embedded_resource: [
    { resourceUri: 'test://static-text' }, ['resource', 'text'],
  ],
  test_prompt_with_image: [{}, ['image', 'text']],
};

export const kinds = (blocks) => blocks.map((block) => block.type);
