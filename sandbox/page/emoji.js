/** Emoji by short name: those that this bot and the people of the sandbox use. Unknown names stay as they are. */
const TABLE = new Map([
  ["white_check_mark", "✅"], ["heavy_check_mark", "✔️"], ["ballot_box_with_check", "☑️"], ["x", "❌"],
  ["negative_squared_cross_mark", "❎"], ["warning", "⚠️"], ["octagonal_sign", "🛑"], ["no_entry", "⛔"],
  ["no_entry_sign", "🚫"], ["large_green_circle", "🟢"], ["large_yellow_circle", "🟡"],
  ["large_orange_circle", "🟠"], ["red_circle", "🔴"], ["large_blue_circle", "🔵"],
  ["large_purple_circle", "🟣"], ["white_circle", "⚪"], ["black_circle", "⚫"], ["hourglass", "⌛"],
  ["hourglass_flowing_sand", "⏳"], ["stopwatch", "⏱️"], ["alarm_clock", "⏰"], ["clock3", "🕒"],
  ["rocket", "🚀"], ["tada", "🎉"], ["sparkles", "✨"], ["star", "⭐"], ["eyes", "👀"], ["wave", "👋"],
  ["+1", "👍"], ["thumbsup", "👍"], ["-1", "👎"], ["thumbsdown", "👎"], ["raised_hands", "🙌"], ["pray", "🙏"],
  ["point_right", "👉"], ["chart_with_upwards_trend", "📈"], ["chart_with_downwards_trend", "📉"],
  ["bar_chart", "📊"], ["page_facing_up", "📄"], ["page_with_curl", "📃"], ["file_folder", "📁"],
  ["card_index_dividers", "🗂️"], ["paperclip", "📎"], ["inbox_tray", "📥"], ["outbox_tray", "📤"],
  ["package", "📦"], ["lock", "🔒"], ["unlock", "🔓"], ["key", "🔑"], ["shield", "🛡️"], ["mag", "🔍"],
  ["gear", "⚙️"], ["wrench", "🔧"], ["hammer_and_wrench", "🛠️"], ["bulb", "💡"], ["moneybag", "💰"],
  ["dollar", "💵"], ["bell", "🔔"], ["no_bell", "🔕"], ["double_vertical_bar", "⏸️"], ["pause_button", "⏸️"],
  ["arrow_forward", "▶️"], ["black_square_for_stop", "⏹️"], ["stop_button", "⏹️"], ["fast_forward", "⏩"],
  ["repeat", "🔁"], ["arrows_counterclockwise", "🔄"], ["arrow_up", "⬆️"], ["arrow_down", "⬇️"],
  ["arrow_right", "➡️"], ["arrow_left", "⬅️"], ["wastebasket", "🗑️"], ["link", "🔗"], ["robot_face", "🤖"],
  ["musical_note", "🎵"], ["notes", "🎶"], ["pencil", "📝"], ["memo", "📝"], ["pencil2", "✏️"],
  ["construction", "🚧"], ["rotating_light", "🚨"], ["question", "❓"], ["exclamation", "❗"],
  ["information_source", "ℹ️"], ["heavy_plus_sign", "➕"], ["heavy_minus_sign", "➖"], ["one", "1️⃣"],
  ["two", "2️⃣"], ["three", "3️⃣"], ["four", "4️⃣"], ["five", "5️⃣"], ["smile", "😄"],
  ["slightly_smiling_face", "🙂"], ["grinning", "😀"], ["joy", "😂"], ["thinking_face", "🤔"],
  ["sweat_smile", "😅"], ["cry", "😢"], ["heart", "❤️"], ["fire", "🔥"], ["zap", "⚡"], ["seedling", "🌱"],
  ["label", "🏷️"], ["calendar", "📅"], ["date", "📅"], ["spiral_calendar_pad", "🗓️"], ["test_tube", "🧪"],
  ["microscope", "🔬"], ["brain", "🧠"], ["globe_with_meridians", "🌐"], ["satellite", "📡"],
  ["electric_plug", "🔌"], ["ghost", "👻"], ["zzz", "💤"], ["bug", "🐛"], ["speech_balloon", "💬"],
  ["clipboard", "📋"], ["bookmark_tabs", "📑"], ["mailbox_with_mail", "📬"], ["checkered_flag", "🏁"],
  ["dart", "🎯"], ["books", "📚"], ["crescent_moon", "🌙"], ["sunny", "☀️"], ["cloud", "☁️"],
  ["snowflake", "❄️"], ["ok", "🆗"], ["new", "🆕"], ["soon", "🔜"], ["sos", "🆘"], ["100", "💯"],
  ["busts_in_silhouette", "👥"], ["bust_in_silhouette", "👤"], ["scales", "⚖️"], ["balloon", "🎈"],
  ["coffee", "☕"],
]);

/** @param {string} name without colons @returns {string|null} */
export function emoji(name) {
  return TABLE.get(name.replace(/::skin-tone-[2-6]$/, "")) ?? null;
}

/** `:name:` in a plain text becomes the character, as with `emoji: true`. @param {string} text */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => emoji(name) ?? whole);
}
