import { useLayoutEffect, useRef } from 'preact/hooks';

export interface CanvasProps {
  readonly width: number;
  readonly height: number;
  readonly class?: string;
  /** Draws from (0, 0) to (width, height) in CSS pixels; again whenever this function is another. */
  readonly draw: (context: CanvasRenderingContext2D) => void;
}

/** A sharp canvas. What it shows stands beside it in words: it is hidden from screen readers. */
export function Canvas({ width, height, draw, class: name }: CanvasProps) {
  const element = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const canvas = element.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const ratio = devicePixelRatio || 1;
    const [deviceWidth, deviceHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    // Setting a size clears and reallocates, so only when there is another one.
    if (canvas.width !== deviceWidth || canvas.height !== deviceHeight) {
      canvas.width = deviceWidth;
      canvas.height = deviceHeight;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context);
  }, [width, height, draw]);
  return (
    <div class={name} aria-hidden="true">
      <canvas ref={element} style={{ width, height }} />
    </div>
  );
}
