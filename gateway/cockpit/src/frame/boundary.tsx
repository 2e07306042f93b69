/** What breaks costs its own part of the page and no more; a part that an upgrade took away is read anew with the page. */
import { Component, type ReactNode } from 'react';
import { useWords } from '../words/index.ts';

type Props = { readonly children: ReactNode; readonly quiet?: boolean };
export class Boundary extends Component<Props, { readonly broken: Error | null }> {
  override state = { broken: null as Error | null };

  static getDerivedStateFromError = (broken: Error): { readonly broken: Error } => ({ broken });

  override render(): ReactNode {
    const { broken } = this.state;
    if (broken === null) return this.props.children;
    return this.props.quiet === true ? null : <Broken why={broken.message} />;
  }
}

function Broken({ why }: { readonly why: string }) {
  const words = useWords();
  return (
    <div className="empty" role="alert">
      <b>{words.empty.error}</b>
      <p>{why}</p>
      <button type="button" className="btn" onClick={() => location.reload()}>
        {words.empty.retry}
      </button>
    </div>
  );
}
