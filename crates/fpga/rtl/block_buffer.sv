// Two blocks: one is filled while the other is read. WIDTH banks a byte wide, so that WIDTH bytes can be written and read at any place.
// `ready`: memories are cleared, which takes BLOCK_BYTES / WIDTH cycles after reset.
// wr_start: a block begins in wr_buf, all bytes of which read as zeros until they are written. wr_en: wr_count bytes from wr_addr on; what is
//   written in cycle t can be read in cycle t + 2.
// Read A (of the buffer that is filled): a_en moves it on; data three a_en after the address.
// Read B (of the other, for which `full` is set): data three cycles after the address. Addresses wrap at BLOCK_BYTES.
//
// Each byte has a tag, the number of the block for which it was written, modulo the number of lines. With every block a line is
// overwritten by zeros, so that no byte is as old as to have the tag of another block again.
module block_buffer #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                           clk,
    input  logic                           rst,
    output logic                           ready,
    input  logic [1:0]                     full,
    input  logic                           wr_start,
    input  logic                           wr_en,
    input  logic                           wr_buf,
    input  logic [$clog2(BLOCK_BYTES)-1:0] wr_addr,
    input  logic [8*WIDTH-1:0]             wr_data,
    input  logic [$clog2(WIDTH):0]         wr_count,
    input  logic                           a_en,
    input  logic                           a_buf,
    input  logic [$clog2(BLOCK_BYTES)-1:0] a_addr,
    output logic [8*WIDTH-1:0]             a_data,
    input  logic                           b_en,
    input  logic                           b_buf,
    input  logic [$clog2(BLOCK_BYTES)-1:0] b_addr,
    output logic [8*WIDTH-1:0]             b_data
);
    localparam int LOG = $clog2(WIDTH);
    localparam int AW = $clog2(BLOCK_BYTES);
    localparam int LW = AW - LOG;
    localparam int BITS = 8 + LW;

    // Banks in front of the first byte's hold bytes of the next line.
    logic [WIDTH-1:0] wr_over, a_over, b_over;
    logic [LW-1:0] wr_next, a_next, b_next;
    assign wr_over = ~({WIDTH{1'b1}} << wr_addr[LOG-1:0]);
    assign a_over = ~({WIDTH{1'b1}} << a_addr[LOG-1:0]);
    assign b_over = ~({WIDTH{1'b1}} << b_addr[LOG-1:0]);
    assign wr_next = wr_addr[AW-1:LOG] + 1'b1;
    assign a_next = a_addr[AW-1:LOG] + 1'b1;
    assign b_next = b_addr[AW-1:LOG] + 1'b1;

    // The number of the block in each buffer, also the line that is cleared with it.
    logic [LW-1:0] tag0, tag1, tag_next, sweep;
    assign tag_next = (wr_buf ? tag1 : tag0) + 1'b1;

    // Writes, turned to the banks: the memories are written one cycle later.
    logic [1:0] put;
    logic [WIDTH-1:0] put_bank;
    logic [WIDTH*LW-1:0] put_line;
    logic [8*WIDTH-1:0] put_data;
    logic [LW-1:0] put_tag;
    logic [8*WIDTH-1:0] turned;
    byte_turn #(.WIDTH(WIDTH)) banked (.in(wr_data), .by(LOG'(0) - wr_addr[LOG-1:0]), .out(turned));
    for (genvar i = 0; i < WIDTH; i++) begin : writes
        logic [LOG-1:0] place;  // of the byte for this bank within wr_data
        assign place = LOG'(i) - wr_addr[LOG-1:0];
        always_ff @(posedge clk) begin
            put_bank[i] <= !ready || wr_start || (LOG + 1)'(place) < wr_count;
            put_data[8*i+:8] <= !ready || wr_start ? '0 : turned[8*i+:8];
            put_line[LW*i+:LW] <= !ready ? sweep : wr_start ? tag_next : wr_over[i] ? wr_next : wr_addr[AW-1:LOG];
        end
    end

    always_ff @(posedge clk) begin
        put <= !ready ? 2'b11 : {wr_buf, !wr_buf} & {2{wr_en || wr_start}};
        put_tag <= wr_start ? tag_next : wr_buf ? tag1 : tag0;
        if (wr_start && !wr_buf) tag0 <= tag_next;
        if (wr_start && wr_buf) tag1 <= tag_next;
        sweep <= sweep + 1'b1;
        if (&sweep) ready <= 1'b1;
        if (rst) begin
            sweep <= '0;
            ready <= 1'b0;
            tag0 <= '0;
            tag1 <= '0;
        end
    end

    // Reads: lines of the banks; bytes and tags of both buffers; those of the one that is read; the bytes in their order.
    logic [WIDTH*BITS-1:0] out0, out1;
    for (genvar i = 0; i < WIDTH; i++) begin : banks
        logic [LW-1:0] a_line, b_line;
        assign a_line = a_over[i] ? a_next : a_addr[AW-1:LOG];
        assign b_line = b_over[i] ? b_next : b_addr[AW-1:LOG];
        block_bank #(.BITS(BITS), .LINES(2 ** LW)) bank0 (
            .clk, .wr_en(put[0] && put_bank[i]), .wr_line(put_line[LW*i+:LW]), .wr_data({put_tag, put_data[8*i+:8]}),
            .rd_en(full[0] ? b_en : a_en), .rd_line(full[0] ? b_line : a_line), .rd_data(out0[BITS*i+:BITS])
        );
        block_bank #(.BITS(BITS), .LINES(2 ** LW)) bank1 (
            .clk, .wr_en(put[1] && put_bank[i]), .wr_line(put_line[LW*i+:LW]), .wr_data({put_tag, put_data[8*i+:8]}),
            .rd_en(full[1] ? b_en : a_en), .rd_line(full[1] ? b_line : a_line), .rd_data(out1[BITS*i+:BITS])
        );
    end
    block_read #(.WIDTH(WIDTH), .TAG(LW)) read_a (
        .clk, .en(a_en), .buffer(a_buf), .turn(a_addr[LOG-1:0]), .out0, .out1, .tag0, .tag1, .data(a_data)
    );
    block_read #(.WIDTH(WIDTH), .TAG(LW)) read_b (
        .clk, .en(1'b1), .buffer(b_buf), .turn(b_addr[LOG-1:0]), .out0, .out1, .tag0, .tag1, .data(b_data)
    );
endmodule
