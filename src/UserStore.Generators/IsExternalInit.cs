namespace System.Runtime.CompilerServices;

/// <summary>Marks init setters, for which the compiler requires it. The target framework lacks it.</summary>
internal static class IsExternalInit;
