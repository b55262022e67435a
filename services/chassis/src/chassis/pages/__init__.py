"""The kit of the pages: layout, components, styles, texts in two languages, charts. It knows no service and no rule."""
