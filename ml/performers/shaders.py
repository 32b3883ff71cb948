"""The renderer's programs (GLSL 3.30): one for people, painted by their place on the base mesh, one for backgrounds."""

from typing import Final

VERTEX: Final = """
#version 330
uniform mat4 projection;
uniform mat4 camera;
in vec3 position;
in vec3 normal;
in vec3 template_position;
in vec3 colour;
in float lips;
in float hollow;
out float v_hollow;
out vec3 v_position;
out vec3 v_normal;
out vec3 v_template;
out vec3 v_colour;
out float v_lips;
void main() {
    v_position = position;
    v_normal = normal;
    v_template = template_position;
    v_colour = colour;
    v_lips = lips;
    v_hollow = hollow;
    gl_Position = projection * camera * vec4(position, 1.0);
}
"""

FRAGMENT: Final = """
#version 330
// 0 skin and painted clothes, 1 eye, 2 plain, 3 lashes, 4 hair, 5 clothes. Compiled in, as is the way of shading: a
// software renderer works through every branch that it does not know to be dead.
const int part = PART;
uniform vec3 eye_position;  // the camera
uniform vec3 key_direction, key_colour, fill_direction, fill_colour, sky, ground;
uniform vec3 lip_colour, brow_colour, iris_colour, hair_colour;
uniform float brow_height, brow_width, brow_arch, brow_strength;
uniform float stubble, blotches, freckles, makeup, pupil, iris_size, shine, pattern, pattern_scale;
uniform vec3 eye_centre;    // of this eye on the base mesh
uniform float hair_cut;     // hair below this height of the base mesh is not drawn
uniform float lash_density;
uniform vec3 top_colour, bottom_colour;
uniform float scalp;        // 1: hair grows painted on the scalp
const int shading = SHADING;  // 0 wrapped, 1 translucent, 2 hard, 3 overcast, 4 studio
uniform float rim, gloss_scale, glossiness;
uniform float bump, bump_scale, crease, beard, beard_low, moustache, blush, eyeliner, brow_inner, brow_tilt;
uniform float mouth_dark, fringe, highlight;
uniform vec3 sclera;
uniform float iris_edge, limbus, lid_shadow;
in vec3 v_position;
in vec3 v_normal;
in vec3 v_template;
in vec3 v_colour;
in float v_lips;
in float v_hollow;          // millimetres by which the surface lies below its surroundings
out vec4 fragment;

float hash(vec3 p) {
    p = fract(p * 0.3183099 + vec3(0.1, 0.2, 0.3));
    p *= 17.0;
    return fract(p.x * p.y * p.z * (p.x + p.y + p.z));
}
float noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    vec4 low = vec4(hash(i), hash(i + vec3(1, 0, 0)), hash(i + vec3(0, 1, 0)), hash(i + vec3(1, 1, 0)));
    i.z += 1.0;
    vec4 high = vec4(hash(i), hash(i + vec3(1, 0, 0)), hash(i + vec3(0, 1, 0)), hash(i + vec3(1, 1, 0)));
    vec4 c = mix(low, high, f.z);
    return mix(mix(c.x, c.y, f.x), mix(c.z, c.w, f.x), f.y);
}

// How much brow there is at a place on the base mesh's front, 0..1.
float brow(vec3 p) {
    float x = abs(p.x);
    float along = clamp((x - brow_inner) / (0.054 - brow_inner), 0.0, 1.0);
    float arch = brow_arch * 0.0045 * (1.0 - pow(abs(along - 0.62) / 0.62, 2.0));
    float height = 0.7480 + brow_height + (0.0030 + 0.0030 * brow_tilt) * along + arch - 0.0050 * along * along;
    float width = brow_width * (1.0 - 0.65 * along);
    float inside = 1.0 - smoothstep(width * 0.6, width * 1.3, abs(p.z - height));
    float ends = smoothstep(brow_inner - 0.001, brow_inner + 0.003, x) * (1.0 - smoothstep(0.049, 0.055, x));
    float hairs = 0.65 + 0.5 * noise(vec3(p.x * 900.0, p.z * 500.0, 0.0));
    return p.y < -0.08 ? clamp(inside * ends * hairs, 0.0, 1.0) : 0.0;
}

vec3 skin(vec3 base, vec3 p) {
    float head = smoothstep(0.58, 0.60, p.z);
    float patches = noise(p * 38.0) * 0.6 + noise(p * 110.0) * 0.4;
    vec3 c = base * (1.0 + (patches - 0.5) * 0.22 * blotches);
    // Blood shows in cheeks, nose and ears.
    float flush = exp(-pow(length(vec2(abs(p.x) - 0.042, p.z - 0.685)) / 0.018, 2.0))
        + exp(-pow(length(vec2(p.x, p.z - 0.69)) / 0.011, 2.0));
    c *= mix(vec3(1.0), vec3(1.06, 0.93, 0.91), clamp(flush, 0.0, 1.0) * head);
    float spots = smoothstep(0.78, 0.9, noise(p * 420.0)) * 0.8 * head * step(p.y, -0.05);
    c = mix(c, c * vec3(0.75, 0.6, 0.5), freckles * spots);
    float rouge = exp(-pow(length(vec2(abs(p.x) - 0.046, p.z - 0.69)) / 0.016, 2.0)) * head;
    c = mix(c, c * vec3(1.1, 0.55, 0.6), blush * rouge);
    float beard_line = p.z + 0.25 * max(0.0, 0.035 - abs(p.x)) - 0.2 * max(0.0, abs(p.x) - 0.05);
    float hairs = 0.55 + 0.6 * noise(vec3(p.x * 800.0, p.y * 800.0, p.z * 350.0));
    float face_front = head * step(p.y, -0.03) * (1.0 - v_lips);
    float full = face_front * (1.0 - smoothstep(beard_low - 0.012, beard_low + 0.004, beard_line))
        * smoothstep(0.008, 0.014, length(vec2(p.x, (p.z - 0.655) * 1.0)));
    float lip_hair = face_front * (1.0 - smoothstep(0.020, 0.030, abs(p.x))) * smoothstep(0.668, 0.671, p.z)
        * (1.0 - smoothstep(0.679, 0.683, p.z)) * step(p.y, -0.12);
    float grown_beard = clamp(max(full * beard, lip_hair * moustache) * hairs * 1.2, 0.0, 1.0);
    float stubbled = head * step(p.y, -0.03) * (1.0 - smoothstep(0.665, 0.685, beard_line));
    c = mix(c, c * 0.45 + hair_colour * 0.2, stubble * stubbled * (0.6 + 0.4 * noise(p * 700.0)) * (1.0 - v_lips));
    float lid = exp(-pow(length(vec2(abs(p.x) - 0.031, (p.z - 0.733) * 1.3)) / 0.013, 2.0)) * step(p.y, -0.1);
    c = mix(c, c * vec3(0.45, 0.38, 0.42), makeup * lid);
    c = mix(c, lip_colour, smoothstep(0.25, 0.75, v_lips));
    c = mix(c, hair_colour * (0.7 + 0.6 * hairs), grown_beard);
    float rim_of_eye = exp(-pow((length(vec2((abs(p.x) - 0.031) * 0.8, p.z - 0.7325)) - 0.0085) / 0.002, 2.0));
    c = mix(c, vec3(0.05), eyeliner * rim_of_eye * step(p.y, -0.1) * 0.8);
    c = mix(c, brow_colour, brow_strength * brow(p));
    float line = 0.800 - 0.28 * max(0.0, p.y + 0.115) - 0.55 * max(0.0, p.y + 0.045) - 0.1 * max(0.0, abs(p.x) - 0.045);
    float grown = smoothstep(line - 0.004, line + 0.006, p.z + 0.008 * noise(p * 150.0)) * scalp;
    return mix(c, hair_colour * (0.8 + 0.4 * noise(p * vec3(500.0, 90.0, 500.0))), grown * head);
}

vec3 eye(vec3 p) {
    vec3 d = normalize(p - eye_centre);
    float angle = acos(clamp(-d.y, -1.0, 1.0));
    float rays = 0.8 + 0.4 * noise(vec3(atan(d.x, d.z) * 9.0, angle * 6.0, 1.0));
    vec3 white = sclera * (1.0 - 0.25 * smoothstep(0.6, 1.3, angle));
    vec3 c = mix(iris_colour * rays, white, smoothstep(iris_size - iris_edge, iris_size + iris_edge, angle));
    c *= 1.0 - limbus * exp(-pow((angle - iris_size) / 0.045, 2.0));
    return mix(vec3(0.02), c, smoothstep(pupil - 0.03, pupil + 0.03, angle));
}

// The light that reaches a surface.
vec3 illuminate(vec3 n, bool is_skin) {
    float key = dot(n, key_direction), fill = dot(n, fill_direction);
    vec3 around = mix(ground, sky, 0.5 + 0.5 * n.z);
    if (shading == 1 && is_skin) {  // red travels furthest through skin
        vec3 wrap = vec3(0.45, 0.18, 0.10);
        return around + key_colour * pow(max(vec3(0.0), (key + wrap) / (1.0 + wrap)), vec3(1.3))
            + fill_colour * max(vec3(0.0), (fill + wrap) / (1.0 + wrap));
    }
    if (shading == 2) return around + 1.15 * key_colour * max(0.0, key) + fill_colour * max(0.0, fill);
    if (shading == 3) {
        vec3 side = 0.5 * key_colour * (0.5 + 0.5 * key) + 0.5 * fill_colour * (0.5 + 0.5 * fill);
        return around * 1.1 + side;
    }
    if (shading == 4) {  // the surface's place on a lit sphere seen by the camera, in steps
        float facing = 0.5 + 0.5 * dot(n, normalize(vec3(-0.35, -0.8, 0.5)));
        float tone = 0.25 + 0.75 * smoothstep(0.25, 0.95, facing);
        return vec3(tone) * (0.85 + 0.3 * floor(facing * 6.0) / 6.0) * (0.8 * key_colour + sky + 0.2);
    }
    // Wrapped Lambert: light creeps a little round the edge, as it does in skin.
    return around + key_colour * max(0.0, (key + 0.25) / 1.25) + fill_colour * max(0.0, (fill + 0.25) / 1.25);
}

void main() {
    vec3 n = normalize(v_normal);
    vec3 to_camera = normalize(eye_position - v_position);
    if (dot(n, to_camera) < 0.0 && part != 0) n = -n;
    vec3 c = v_colour;
    float gloss = 0.0, sharp = 24.0, cover = 1.0;
    if (part == 0) {
        if (v_template.z > 0.56) { c = skin(c, v_template); gloss = shine * 0.35; }
        else c *= 1.0 + (noise(v_template * 38.0) - 0.5) * 0.2 * blotches;
    } else if (part == 1) { c = eye(v_template); gloss = 0.8; sharp = 90.0; }
    else if (part == 3) {
        // Lashes thinner than a pixel darken it by their share; drawn as pixels they would hide the eye.
        float hair = step(noise(vec3(v_template.x * 1600.0, 0.0, 3.0)), lash_density);
        cover = mix(hair, 0.4 * lash_density, smoothstep(0.15, 0.6, fwidth(v_template.x) * 1600.0));
        if (cover < 0.01) discard;
    }
    else if (part == 4) {
        float strand = noise(v_template * vec3(300.0, 300.0, 60.0));
        float hair_line = 0.795 - fringe - 0.35 * pow(v_template.x / 0.06, 2.0) * 0.06 + 0.012 * strand;
        bool before_face = v_template.y < -0.045 && abs(v_template.x) < 0.082;
        if (v_template.z < hair_cut + 0.02 * strand || (before_face && v_template.z < hair_line)) discard;
        c = hair_colour * (0.65 + 0.7 * noise(v_template * vec3(700.0, 700.0, 60.0))); gloss = 0.25;
    } else if (part == 5) {
        if (v_lips < 0.0) discard;  // of clothes, this says how far inside their edge a place is
        c = v_template.z < 0.16 && abs(v_template.x) < 0.27 ? bottom_colour : top_colour;
        float stripes = sin(v_template.z * pattern_scale * 6.2832) * sin(v_template.x * pattern_scale * 3.1);
        c *= 1.0 + 0.45 * pattern * stripes + 0.15 * (noise(v_template * 250.0) - 0.5);
    }
    bool is_skin = part == 0;
    if (is_skin && bump > 0.0) {
        vec3 q = v_template * bump_scale;
        float at = noise(q);
        vec3 slope = vec3(noise(q + vec3(0.6, 0, 0)), noise(q + vec3(0, 0.6, 0)), noise(q + vec3(0, 0, 0.6))) - at;
        n = normalize(n - bump * 0.45 * slope);
    }
    // Hollows of the skin see less of the sky; the mouth's and the nostrils' insides get little light.
    float open = is_skin ? 1.0 - crease * clamp(v_hollow * 1.6, -0.12, 0.75) : 1.0;
    // A tongue put out is in the light; there, the hollow says how far it lies before the teeth.
    if (part == 2) open *= mix(0.7 - 0.4 * mouth_dark, 1.0, smoothstep(-4.0, 6.0, v_hollow));
    if (part == 1) open = 1.0 - lid_shadow * smoothstep(-0.15, 0.45, n.z);
    vec3 lit = pow(c, vec3(2.2)) * illuminate(n, is_skin) * open;
    vec3 halfway = normalize(key_direction + to_camera);
    float shiny = part == 0 ? glossiness : sharp;
    lit += key_colour * gloss * gloss_scale * open * 0.4 * pow(max(0.0, dot(n, halfway)), shiny);
    vec3 window = normalize(halfway + vec3(0.1, 0.0, 0.25));  // what is reflected in an eye
    if (part == 1) lit += vec3(0.9) * highlight * pow(max(0.0, dot(n, window)), 220.0);
    if (shading == 2) lit += rim * 0.5 * (key_colour + sky) * pow(1.0 - max(0.0, dot(n, to_camera)), 4.0);
    fragment = vec4(pow(clamp(lit, 0.0, 1.0), vec3(1.0 / 2.2)), cover);
}
"""

BACKGROUND_VERTEX: Final = """
#version 330
in vec2 corner;
out vec2 place;
void main() { place = vec2(corner.x, -corner.y) * 0.5 + 0.5; gl_Position = vec4(corner, 0.9999, 1.0); }
"""

BACKGROUND_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
in vec2 place;
out vec4 fragment;
void main() { fragment = texture(picture, place); }
"""
