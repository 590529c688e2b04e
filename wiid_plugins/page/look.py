"""How the page looks: fonts of the visitor's own machine, and nothing from the network."""

import gradio as gr

FONT = ['system-ui', '-apple-system', 'Segoe UI', 'Roboto', 'sans-serif']
MONO = ['ui-monospace', 'Consolas', 'monospace']

CSS = """
gradio-app > .gradio-container { width: 100%; max-width: 1180px !important; margin: auto; }
.headline h1 { font-size: 1.7rem; margin: .4rem 0 .1rem; }
.headline p { color: var(--body-text-color-subdued); margin: 0; }
.unseen { position: absolute; left: -9999px; }
.pair { flex-wrap: nowrap; gap: 10px; }
.min_value, .max_value { min-width: 2.2em; }
.examples .grid-wrap { min-height: 0 !important; height: auto !important; }
.examples .grid-container { grid-template-columns: repeat(3, minmax(0, 1fr)) !important; }
.examples .gallery-item, .examples button { min-width: 0 !important; }
.pair img { width: 100%; height: auto; max-height: 300px; object-fit: contain; }
.cards { display: flex; flex-direction: column; gap: 14px; }
.card { border: 1px solid var(--border-color-primary); border-radius: 10px; padding: 12px 14px;
  background: var(--block-background-fill); }
.card h3 { margin: 0; font-size: 1.05rem; }
.card .about { color: var(--body-text-color-subdued); font-size: .8rem; margin: 0 0 8px;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; }
.side { min-width: 0; }
.side h4 { margin: 0 0 4px; font-size: .82rem; font-weight: 600;
  color: var(--body-text-color-subdued); }
.side img { width: 100%; border-radius: 6px; margin-bottom: 6px; }
.row { position: relative; display: flex; justify-content: space-between; gap: 6px;
  padding: 3px 8px; margin-bottom: 3px; border-radius: 5px; overflow: hidden; font-size: .86rem;
  background: var(--background-fill-secondary); }
.row i { position: absolute; inset: 0 auto 0 0; background: var(--neutral-400); opacity: .3; }
.row.right i { background: var(--primary-500); opacity: .45; }
.row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; z-index: 1; }
.row b { font-weight: 500; z-index: 1; white-space: nowrap; }
.row.right span { font-weight: 600; }
@media (max-width: 600px) { .row { font-size: .78rem; padding: 3px 5px; } }
.told { font-size: .8rem; margin: 4px 0 0; color: var(--body-text-color-subdued); }
.curves { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.curves figure { flex: 1 1 280px; max-width: 520px; margin: 0; }
.curves h4 { margin: 0; font-size: .9rem; font-weight: 600; }
.curves svg { width: 100%; height: auto; }
.curves svg line { stroke: var(--border-color-primary); stroke-width: .7; }
.curves svg text { fill: var(--body-text-color-subdued); font-size: 8.5px; }
.curves polyline { fill: none; stroke: var(--primary-500); stroke-width: 2; }
.curves polyline.raw { stroke: var(--neutral-500); stroke-dasharray: 4 3; }
.curves .key { flex-basis: 100%; margin: 0; font-size: .82rem; display: flex; gap: 16px; }
.curves .key span::before { content: ''; display: inline-block; width: 22px; height: 0;
  border-top: 2px solid var(--primary-500); vertical-align: middle; margin-right: 6px; }
.curves .key span.raw::before { border-top: 2px dashed var(--neutral-500); }
#report { width: 100%; height: 80vh; border: 1px solid var(--border-color-primary);
  border-radius: 10px; background: white; }
footer { display: none !important; }
"""


def theme() -> gr.themes.Base:
    """Give a theme that asks no font server."""
    return gr.themes.Soft(primary_hue='amber', neutral_hue='slate', font=FONT, font_mono=MONO)
