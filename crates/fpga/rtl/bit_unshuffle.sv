// Takes blocks out of block_buffer, undoes the bit transpose and writes the pixels into pixel_buffer.
//
// u_*: a block is full; u_ready gives it back. rd_*: lines of it, WIDTH bytes from any byte on; data follow the address by READ_LATENCY cycles.
// w_*: pixel_buffer. Pixels beyond the block's last one are not written; a bad block (u_status) is handed on without any.
// Throughput: 8*WIDTH pixels of a block of bit planes in as many cycles as it has planes in u_planes, or 8*WIDTH/SLOTS if that is more; a raw block as
// many elements a cycle as fit WIDTH bytes, at most SLOTS; five cycles from block to block.
// Latency: from u_valid to the first line 11 + READ_LATENCY cycles and those of a group of 8*WIDTH pixels.
module bit_unshuffle #(
    parameter int WIDTH        = 16,
    parameter int SLOTS        = 16,
    parameter int BLOCK_BYTES  = 8192,
    parameter int READ_LATENCY = 3,
    localparam int ADDR_BITS   = $clog2(BLOCK_BYTES),
    localparam int LINE_BITS   = $clog2(BLOCK_BYTES / SLOTS)
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic [1:0]           cfg_elem_log2,
    input  logic                 cfg_signed,
    input  logic                 cfg_marks,
    input  logic [31:0]          cfg_mark_low0,
    input  logic [31:0]          cfg_mark_span0,
    input  logic [31:0]          cfg_mark_low1,
    input  logic [31:0]          cfg_mark_span1,
    input  logic                 u_valid,
    output logic                 u_ready,
    input  logic                 u_buf,
    input  logic [13:0]          u_elems,
    input  logic                 u_raw,
    input  logic [1:0]           u_status,
    input  logic [31:0]          u_planes,
    output logic                 rd_en,
    output logic                 rd_buf,
    output logic [ADDR_BITS-1:0] rd_addr,
    input  logic [8*WIDTH-1:0]   rd_data,
    input  logic                 w_room,
    output logic                 w_take,
    output logic [SLOTS-1:0]     w_mask,
    output logic [LINE_BITS-1:0] w_line,
    output logic [33*SLOTS-1:0]  w_data,
    output logic                 w_done,
    output logic [1:0]           w_status
);
    localparam int WAIT = READ_LATENCY + 3;  // from a step to its line in line_data

    logic        s_valid, s_read, s_raw, s_end, s_last;
    logic [4:0]  s_plane;
    logic [13:0] s_count;
    logic [1:0]  s_status;

    assign rd_buf = u_buf;

    unshuffle_steps #(.WIDTH(WIDTH), .SLOTS(SLOTS), .BLOCK_BYTES(BLOCK_BYTES)) steps (.*);

    // Steps wait for their lines. What a line is for is told a cycle before it is there.
    logic [WAIT-2:0]     planes_wait;
    logic [5*WAIT-6:0]   numbers_wait;
    logic [WAIT-1:0]     raws_wait, ends_wait, lasts_wait;
    logic [16*WAIT-1:0]  abouts_wait;
    logic                raw_now, comes_raw, d_end, d_last;
    logic [13:0]         d_count;
    logic [1:0]          d_status;
    logic [8*WIDTH-1:0]  line_data;

    assign {raw_now, comes_raw} = raws_wait[WAIT-1:WAIT-2];
    assign {d_end, d_last}      = {ends_wait[WAIT-1], lasts_wait[WAIT-1]};
    assign {d_count, d_status}  = abouts_wait[16*WAIT-1:16*WAIT-16];

    always_ff @(posedge clk) begin
        line_data    <= rd_data;
        planes_wait  <= {planes_wait[WAIT-3:0], s_valid && s_read && !s_raw};
        numbers_wait <= {numbers_wait[5*WAIT-11:0], s_plane};
        raws_wait    <= {raws_wait[WAIT-2:0], s_valid && s_raw};
        ends_wait    <= {ends_wait[WAIT-2:0], s_end && !s_raw};
        lasts_wait   <= {lasts_wait[WAIT-2:0], s_last};
        abouts_wait  <= {abouts_wait[16*WAIT-17:0], s_count, s_status};
        if (rst) {planes_wait, raws_wait, ends_wait, lasts_wait} <= 0;
    end

    logic                out_valid, out_final;
    logic [32*SLOTS-1:0] out_data;

    unshuffle_planes #(.WIDTH(WIDTH), .SLOTS(SLOTS)) planes (
        .clk(clk), .rst(rst),
        .in_write(planes_wait[WAIT-2]), .in_plane(numbers_wait[5*WAIT-6-:5]), .in_data(line_data), .in_end(d_end),
        .out_valid(out_valid), .out_final(out_final), .out_data(out_data)
    );

    // Where the pixels of this cycle go: to slots from `low` to below `high` of line `line`.
    localparam int SLOT_BITS = $clog2(SLOTS) + 1;
    logic                 group_end, group_last, last, done;
    logic [13:0]          group_count, left;
    logic [SLOT_BITS-1:0] low, high, part;
    logic [LINE_BITS-1:0] line;

    assign low  = raw_now ? part : 0;
    assign high = raw_now ? part + d_count[SLOT_BITS-1:0] : !out_valid ? 0 : left < 14'(SLOTS) ? left[SLOT_BITS-1:0] : SLOT_BITS'(SLOTS);
    assign done = raw_now ? d_last : out_final && last;

    always_ff @(posedge clk) begin
        group_end   <= d_end;
        group_last  <= d_last;
        group_count <= d_count;
        left        <= left > 14'(SLOTS) ? left - 14'(SLOTS) : 0;
        if (group_end) {last, left} <= {group_last, group_count};

        if (raw_now) part <= high == SLOT_BITS'(SLOTS) ? 0 : high;
        if (out_valid || (raw_now && high == SLOT_BITS'(SLOTS))) line <= line + 1;
        if (done) {part, line} <= 0;
        if (rst) {part, line} <= 0;
    end

    // Four cycles to w_*: two of unshuffle_pixel and two of mark.
    localparam int LINE_INFO = LINE_BITS + 2;
    logic [SLOT_BITS-1:0] low_1, high_1;
    logic [SLOTS-1:0]     mask, mask_2, mask_3;
    logic [LINE_INFO-1:0] info_1, info_2, info_3;
    logic                 done_1, done_2, done_3;

    for (genvar s = 0; s < SLOTS; s++) begin : masks
        assign mask[s] = low_1 <= s && high_1 > s;
    end

    always_ff @(posedge clk) begin
        {low_1, high_1, done_1, info_1}    <= {low, high, done, line, raw_now ? d_status : 2'b0};
        {mask_2, done_2, info_2}           <= {mask, done_1, info_1};
        {mask_3, done_3, info_3}           <= {mask_2, done_2, info_2};
        {w_mask, w_done, w_line, w_status} <= {mask_3, done_3, info_3};
        if (rst) {low_1, high_1, done_1, mask_2, done_2, mask_3, done_3, w_mask, w_done} <= 0;
    end

    // A raw line holds WIDTH elements of a byte, half as many of two, a quarter of four; no more than SLOTS of them are used. Where they are too few for all
    // slots, the slots beyond see them again: the mask says whose they are.
    localparam int ELEMS_1 = WIDTH < SLOTS ? WIDTH : SLOTS;
    localparam int ELEMS_2 = WIDTH / 2 < SLOTS ? WIDTH / 2 : SLOTS;
    localparam int ELEMS_4 = WIDTH / 4 < SLOTS ? WIDTH / 4 : SLOTS;

    // The configuration stands still while frames are in work, so the pixels may have it a cycle late, from registers that lie among them.
    logic [1:0]  elem_log2;
    logic        is_signed, marked;
    logic [31:0] low0, span0, low1, span1;
    (* keep *) always_ff @(posedge clk) begin
        {elem_log2, is_signed, marked} <= {cfg_elem_log2, cfg_signed, cfg_marks};
        {low0, span0, low1, span1}     <= {cfg_mark_low0, cfg_mark_span0, cfg_mark_low1, cfg_mark_span1};
    end

    for (genvar s = 0; s < SLOTS; s++) begin : pixels
        logic [31:0] value;
        unshuffle_pixel pick (
            .clk(clk), .cfg_elem_log2(elem_log2), .cfg_signed(is_signed),
            .comes_raw(comes_raw), .raw_1(line_data[8*(s%ELEMS_1)+:8]), .raw_2(line_data[16*(s%ELEMS_2)+:16]), .raw_4(line_data[32*(s%ELEMS_4)+:32]),
            .plane_value(out_data[32*s+:32]), .value(value)
        );
        mark marks (
            .clk(clk), .cfg_marks(marked), .cfg_mark_low0(low0), .cfg_mark_span0(span0), .cfg_mark_low1(low1), .cfg_mark_span1(span1),
            .in_value(value), .out_marked(w_data[33*s+32]), .out_value(w_data[33*s+:32])
        );
    end
endmodule
