// Widens a pixel to 32 bits, taken from a raw line or from the planes. Without a register.
//
// raw_1, raw_2, raw_4: the pixel as an element of 1, 2 or 4 bytes, of which cfg_elem_log2 picks one. plane_value has zeros in the bits that the type does
// not have.
module unshuffle_pixel (
    input  logic [1:0]  cfg_elem_log2,
    input  logic        cfg_signed,
    input  logic        raw,
    input  logic [7:0]  raw_1,
    input  logic [15:0] raw_2,
    input  logic [31:0] raw_4,
    input  logic [31:0] plane_value,
    output logic [31:0] value
);
    logic [31:0] raw_value, narrow;
    logic        sign_1, sign_2;

    assign raw_value = cfg_elem_log2 == 0 ? {24'b0, raw_1} : cfg_elem_log2 == 1 ? {16'b0, raw_2} : raw_4;
    assign narrow    = raw ? raw_value : plane_value;
    assign sign_1    = cfg_signed && cfg_elem_log2 == 0 && narrow[7];
    assign sign_2    = cfg_signed && cfg_elem_log2 == 1 && narrow[15];
    assign value     = narrow | {{16{sign_1 || sign_2}}, {8{sign_1}}, 8'b0};
endmodule
