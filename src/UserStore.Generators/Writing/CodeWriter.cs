using System.Text;

namespace UserStore.Generators.Writing;

/// <summary>Writes lines of C# with their indentation.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _code = new();
    private int _depth;

    public void Line(string text = "")
    {
        if (text.Length > 0)
            _code.Append(' ', _depth * 4).Append(text);
        _code.Append('\n');
    }

    /// <summary>Writes a line that belongs to the one above.</summary>
    public void Inner(string text)
    {
        _depth++;
        Line(text);
        _depth--;
    }

    /// <summary>Writes a block with a line above it.</summary>
    public void Block(string head, Action body, string end = "}")
    {
        Line(head);
        Line("{");
        _depth++;
        body();
        _depth--;
        Line(end);
    }

    /// <summary>Writes a condition and the statement that depends on it.</summary>
    public void If(string condition, string statement)
    {
        Line($"if ({condition})");
        Inner(statement);
    }

    public override string ToString() => _code.ToString();
}
