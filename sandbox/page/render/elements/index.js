/** Every interactive element by its type. */
import { h } from "../../dom.js";
import { buttonElement, feedbackButtons, iconButton, overflowElement, workflowButton } from "./buttons.js";
import { checkboxes, radioButtons } from "./choices.js";
import { datePicker, dateTimePicker, timePicker } from "./dates.js";
import { fileInput } from "./file_input.js";
import { richTextInput, textInput } from "./inputs.js";
import { selectMenu } from "./select.js";

const ELEMENTS = {
  button: buttonElement,
  workflow_button: workflowButton,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow: overflowElement,
  checkboxes,
  radio_buttons: radioButtons,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: dateTimePicker,
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  rich_text_input: richTextInput,
  file_input: fileInput,
};
const SELECT = /^(multi_)?(static|external|users|conversations|channels)_select$/;

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function elementNode(element, ctx, place) {
  if (SELECT.test(element.type)) return selectMenu(element, ctx, place);
  const make = ELEMENTS[element.type];
  return make
    ? make(element, ctx, place)
    : h("span", { class: "unknown" }, `Unknown element: ${element.type}`);
}
