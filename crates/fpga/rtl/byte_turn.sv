// WIDTH bytes, or items of SIZE bits, turned: item i of `out` is item (i + by) % WIDTH of `in`. Combinational.
module byte_turn #(
    parameter int WIDTH = 16,
    parameter int SIZE = 8
) (
    input  logic [SIZE*WIDTH-1:0]    in,
    input  logic [$clog2(WIDTH)-1:0] by,
    output logic [SIZE*WIDTH-1:0]    out
);
    localparam int LOG = $clog2(WIDTH);
    localparam int BITS = SIZE * WIDTH;

    logic [BITS-1:0] step;
    always_comb begin
        step = in;
        for (int k = 0; k < LOG; k++) if (by[k]) step = (step >> (SIZE << k)) | (step << (BITS - (SIZE << k)));
        out = step;
    end
endmodule
