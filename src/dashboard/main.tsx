import { render } from 'preact';
import { App } from './app.tsx';
import { Desk, DeskContext } from './desk/desk.ts';
import './styles/index.css';

const desk = new Desk();
void desk.enter();

render(
  <DeskContext.Provider value={desk}>
    <App />
  </DeskContext.Provider>,
  document.getElementById('app')!,
);
