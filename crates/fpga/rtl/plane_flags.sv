// Which bit planes of a block hold a one, told from its writes.
// wr_*: as `block_buffer` takes them. elems, all: of the block that ends; all: every plane is to be told as used.
// planes: what was written in cycle t is in it in cycle t + 3, what elems and all are one cycle later. Exact for blocks of cfg_block_elems elements whose planes have
// WIDTH bytes or more, a power of two; else all planes of an element are set.
module plane_flags #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                           clk,
    input  logic [1:0]                     cfg_elem_log2,
    input  logic [13:0]                    cfg_block_elems,
    input  logic                           wr_start,
    input  logic                           wr_en,
    input  logic [$clog2(BLOCK_BYTES)-1:0] wr_addr,
    input  logic [8*WIDTH-1:0]             wr_data,
    input  logic [$clog2(WIDTH):0]         wr_count,
    input  logic [13:0]                    elems,
    input  logic                           all,
    output logic [31:0]                    planes
);
    localparam int LOG = $clog2(WIDTH);
    localparam int AW = $clog2(BLOCK_BYTES);
    localparam int LW = AW - LOG;

    // log2 of a plane's lines, for each power of two that they can be.
    logic [3:0] shift;
    logic exact;
    always_ff @(posedge clk) begin
        exact <= 1'b0;
        shift <= '0;
        for (int i = LOG + 3; i < 14; i++) begin
            if (cfg_block_elems == 14'(1 << i)) begin
                exact <= 1'b1;
                shift <= 4'(i - LOG - 3);
            end
        end
    end

    // A write reaches at most two lines, and no line two planes: which bytes have a one, and which of all are in the second line.
    logic [WIDTH-1:0] ones, second;
    logic [LW-1:0] line;
    always_ff @(posedge clk) begin
        for (int i = 0; i < WIDTH; i++) begin
            ones[i] <= wr_en && wr_data[8*i+:8] != 0 && (LOG + 1)'(i) < wr_count;
            second[i] <= (LOG + 1)'(wr_addr[LOG-1:0]) + (LOG + 1)'(i) >= (LOG + 1)'(WIDTH);
        end
        line <= wr_addr[AW-1:LOG];
    end

    logic any_first, any_second, start1, start;
    logic [LW-1:0] line_first, line_second;
    logic [31:0] used, every;
    assign every = cfg_elem_log2 == 2'd0 ? 32'hff : cfg_elem_log2 == 2'd1 ? 32'hffff : '1;
    logic told;
    assign planes = told ? used : every;
    always_ff @(posedge clk) begin
        told <= !all && exact && elems == cfg_block_elems;
        start1 <= wr_start;
        start <= start1;
        any_first <= (ones & ~second) != 0;
        any_second <= (ones & second) != 0;
        line_first <= line >> shift;
        line_second <= (line + 1'b1) >> shift;
        for (int i = 0; i < 32; i++) begin
            if (any_first && 32'(line_first) == i) used[i] <= 1'b1;
            if (any_second && 32'(line_second) == i) used[i] <= 1'b1;
        end
        if (start) used <= '0;
    end
endmodule
