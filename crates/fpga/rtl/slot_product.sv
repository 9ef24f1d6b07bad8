// One slot's product of a pixel and a coefficient, in two halves of the pixel's bits where it has more than 16 (17 with its sign).
//
// in_* with `go`: a pixel and its entry. A cycle with `go` later, wide says whether its upper half is needed and marked whether a used pixel is marked.
// After one more, `second` picks the half that goes to the multipliers in every cycle with `beat`; the first cycle has the lower half.
// p_*: the product, moved to its place; p_used is low where this half adds nothing. Six cycles after the beat.
// dump, dump_bin: a cycle later they are p_dump and p_bin; no product may be there then.
// Throughput: one half a cycle. The two multiplications of 17 by 17 bits, signed, fit a DSP block each, and have a
// register more before and behind than they need: such blocks lie far from the rest.
module slot_product #(
    parameter int BIN_BITS = 10
) (
    input  logic                clk,
    input  logic                cfg_signed,
    input  logic                go,
    input  logic                in_used,
    input  logic                in_variance,
    input  logic [BIN_BITS-1:0] in_bin,
    input  logic [31:0]         in_coefficient,
    input  logic                in_marked,
    input  logic [31:0]         in_value,
    output logic                wide,
    output logic                marked,
    input  logic                beat,
    input  logic                second,
    input  logic                dump,
    input  logic [BIN_BITS-1:0] dump_bin,
    output logic                p_used,
    output logic                p_dump,
    output logic [BIN_BITS-1:0] p_bin,
    output logic [63:0]         p_term
);
    // The value, or 1 for a variance of less; whether its upper half is more than zeros or its sign.
    logic below_one, negative, one;
    assign negative  = cfg_signed && in_value[31];
    assign below_one = negative || in_value == 0;
    assign one       = in_variance && below_one;

    logic                a_used, b_used, b_wide;
    logic [31:0]         a_value, b_value, a_coefficient, b_coefficient;
    logic [BIN_BITS-1:0] a_bin, b_bin;

    always_ff @(posedge clk) begin
        if (go) begin
            a_used        <= in_used;
            a_bin         <= in_bin;
            a_coefficient <= in_coefficient;
            a_value       <= one ? 1 : in_value;
            wide          <= in_used && !one && in_value[31:16] != {16{negative}};
            marked        <= in_used && in_marked;
            b_used        <= a_used;
            b_wide        <= wide;
            b_bin         <= a_bin;
            b_coefficient <= a_coefficient;
            b_value       <= a_value;
        end
    end

    // c: the half; d: on its way to the multipliers; e: products; f: on their way back; h: their sum; p: moved to its place.
    logic                c_used, d_used, e_used, f_used, h_used, c_upper, d_upper, e_upper, f_upper, h_upper, sign;
    logic [BIN_BITS-1:0] c_bin, d_bin, e_bin, f_bin, h_bin;
    logic signed [16:0]  c_half, c_low, c_high, d_half, d_low, d_high;
    logic signed [33:0]  e_low, e_high, f_low, f_high;
    logic signed [49:0]  h_sum;

    assign sign = cfg_signed && b_value[31];

    always_ff @(posedge clk) begin
        c_used  <= beat && b_used && (b_wide || !second);
        c_bin   <= b_bin;
        c_low   <= {1'b0, b_coefficient[15:0]};
        c_high  <= {1'b0, b_coefficient[31:16]};
        c_half  <= second ? {sign, b_value[31:16]} : {sign && !b_wide, b_value[15:0]};

        {d_used, d_bin} <= {c_used, c_bin};
        {e_used, e_bin} <= {d_used, d_bin};
        {f_used, f_bin} <= {e_used, e_bin};
        {h_used, h_bin} <= {f_used, f_bin};

        {d_half, d_low, d_high} <= {c_half, c_low, c_high};
        e_low  <= d_half * d_low;
        e_high <= d_half * d_high;
        {f_low, f_high} <= {e_low, e_high};
        h_sum  <= {{16{f_low[33]}}, f_low} + {f_high, 16'b0};

        p_used <= h_used;
        p_dump <= dump;
        p_bin  <= dump ? dump_bin : h_bin;
        p_term <= h_upper ? {h_sum[47:0], 16'b0} : {{14{h_sum[49]}}, h_sum};
    end

    // The same in all slots, and kept in each: one register for all of them would lie far from most.
    (* keep *) always_ff @(posedge clk) {c_upper, d_upper, e_upper, f_upper, h_upper} <= {second, c_upper, d_upper, e_upper, f_upper};
endmodule
