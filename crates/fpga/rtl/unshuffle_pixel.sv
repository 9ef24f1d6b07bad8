// Widens a pixel to 32 bits, taken from the planes or from a raw line.
//
// raw_1, raw_2, raw_4: the pixel as an element of 1, 2 or 4 bytes, of which one counts in the cycle after comes_raw. plane_value is zero in the bits
// that the type does not have, and while there is a raw line.
// Latency: two cycles. Throughput: one a cycle.
module unshuffle_pixel (
    input  logic        clk,
    input  logic [1:0]  cfg_elem_log2,
    input  logic        cfg_signed,
    input  logic        comes_raw,
    input  logic [7:0]  raw_1,
    input  logic [15:0] raw_2,
    input  logic [31:0] raw_4,
    input  logic [31:0] plane_value,
    output logic [31:0] value
);
    logic [31:0] narrow;
    logic        sign_1, sign_2, signed_1, signed_2;
    logic [2:0]  is_raw;

    assign sign_1 = signed_1 && narrow[7];
    assign sign_2 = signed_2 && narrow[15];

    // The same for all pixels, and kept in each: one register for all of them would lie far from most.
    (* keep *) always_ff @(posedge clk) begin
        is_raw   <= {cfg_elem_log2[1], cfg_elem_log2 == 1, cfg_elem_log2 == 0} & {3{comes_raw}};
        signed_1 <= cfg_signed && cfg_elem_log2 == 0;
        signed_2 <= cfg_signed && cfg_elem_log2 == 1;
    end

    always_ff @(posedge clk) begin
        narrow <= plane_value | (is_raw[0] ? {24'b0, raw_1} : 0) | (is_raw[1] ? {16'b0, raw_2} : 0) | (is_raw[2] ? raw_4 : 0);
        value  <= narrow | {{16{sign_1 || sign_2}}, {8{sign_1}}, 8'b0};
    end
endmodule
