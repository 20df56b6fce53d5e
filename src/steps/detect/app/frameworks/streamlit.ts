import { asgi, type Framework } from './framework.ts'

export const streamlit: Framework = {
  name: 'streamlit',
  packages: ['streamlit'],
  imports: ['streamlit'],
  words: ['streamlit'],
  makes: { 'streamlit.App': asgi },
  scripts: { uses: /^streamlit\.\w/ },
}
