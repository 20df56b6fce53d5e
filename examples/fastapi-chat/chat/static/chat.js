const said = document.querySelector('#said')
new EventSource('/events').onmessage = event => {
  said.append(Object.assign(document.createElement('li'), { textContent: event.data }))
}
document.querySelector('form').onsubmit = event => {
  event.preventDefault()
  const text = event.target.text.value
  fetch('/messages', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) })
  event.target.reset()
}
