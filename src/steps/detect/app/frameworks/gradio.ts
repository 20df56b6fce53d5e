import { asgi, own, type Framework } from './framework.ts'

export const gradio: Framework = {
  name: 'gradio',
  packages: ['gradio'],
  imports: ['gradio'],
  words: ['gradio'],
  makes: {
    'gradio.mount_gradio_app': { ...asgi, wraps: [0, 'app'] },
    'gradio.Blocks': own,
    'gradio.Interface': own,
    'gradio.ChatInterface': own,
    'gradio.TabbedInterface': own,
    'gradio.load': own,
    'gradio.Server': asgi,
  },
  runs: ['.launch'],
}
